"""What pages show: plain values prepared for templates; no queries here."""
