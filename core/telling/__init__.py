"""Telling people that something needs them: once when it begins, again each day while it lasts, never a flood.

notices.py   what is to be told now, by what stands and what was told before (pure)
hook.py      the person's own command: JSON on its standard input, nothing secret anywhere
mail.py      a notice as an e-mail, over SMTP
"""
