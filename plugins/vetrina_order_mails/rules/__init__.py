"""Rules: which mails there are, what may stand in their words, how places are filled."""
