"""The bulletin (公报): sentences, tables and charts filled from a publication, each traced back."""
