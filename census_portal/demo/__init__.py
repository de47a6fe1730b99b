"""The demonstration: an invented exercise in three real counties. No row of it is about anybody."""
