"""`./portal`: starts, heals and stops the portal on one machine. Imports nothing of the apps."""
