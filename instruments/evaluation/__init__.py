"""Forms as data and the rules on them: pure Python without Django, input, output or clock."""
