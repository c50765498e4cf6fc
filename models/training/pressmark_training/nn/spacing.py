"""Which words stand right behind the word before them, told from the words alone.

Vocabularies of SentencePiece mark a space before a word, and the Rust side sees the spaces of its text. Sets of words
in columns have lost them; a few rules of typography bring back nearly all.
"""

_BEHIND = {
    ",", ".", ";", ":", "!", "?", "%", ")", "]", "}", "…", "...", "”", "’", "»", "n't", "N'T", "°",
}  # fmt: skip
_CLITICS = {"s", "re", "ve", "ll", "d", "m", "t"}
_OPENING = {"(", "[", "{", "“", "‘", "«", "$", "£", "€", "¥", "#", "@", "US$", "C$", "A$"}
_JOINING = {"-", "/", "‑"}
_ELISIONS = {"l", "d", "qu", "n", "s", "c", "j", "m", "t", "jusqu", "lorsqu", "puisqu", "quelqu", "o"}


def attached(words: list[str]) -> list[bool]:
    """For each word whether it stands right behind the one before; the first never does."""
    out = []
    open_quote = False
    glue = False  # does the word before hold on to the next?
    for i, word in enumerate(words):
        behind = glue and i > 0
        glue = False
        if word == '"':
            if open_quote:
                behind = i > 0
            else:
                glue = True
            open_quote = not open_quote
        elif word == "'" and i > 0:
            behind = True
        elif word in _OPENING or (word[-1:] in "'’" and word[:-1].lower() in _ELISIONS):
            glue = True
        elif word in _BEHIND or (word[:1] in "'’" and word[1:].lower() in _CLITICS):
            behind = i > 0
        elif word in _JOINING and 0 < i < len(words) - 1 and words[i - 1][-1:].isalnum() and words[i + 1][:1].isalnum():
            behind = glue = True
        out.append(behind)
    return out
