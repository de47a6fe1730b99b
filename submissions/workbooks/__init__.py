"""One form as a workbook: written prefilled, read back, compared with the answers as they are now."""
