"""Made-up texts: names, subjects, titles and comments, some with what breaks careless readers."""

COMPANY_STARTS = (
    "Northwind", "Blue Harbour", "Kestrel", "Ångström", "Lumen", "O'Brien & Söhne", "Juniper",
    "Quarry", "Tidal", "Vela", "Copper Lane",
)  # fmt: skip
COMPANY_ENDS = ("GmbH", "Ltd", "Inc", "Labs", "Group", "Works", '"Studio"', "Co-op")
SUBJECTS = (
    "Cannot sign in",
    "Dashboard shows nothing since this morning",
    "Question about our invoice",
    'Import fails with "unexpected end of file"',
    "Sync is stuck 😕",
    "How do I share a board with a guest?",
    "Slow, slow, slow",
    "<script>alert('subject')</script>",
    "Zwei Zeilen:\nerste und zweite",
    "Request: dark mode, please; it's 2 a.m.",
)
COMMENTS = (
    "Does what we need.",
    "Great support 👏",
    "Too many clicks for a simple thing",
    "We lost half a day when it was down.",
    'They said "soon", twice.',
    "Good,\nbut slow on Mondays",
    "<script>alert('comment')</script>",
    "It's fine, I guess; price, though...",
    "Best tool we've had ❤️ -- it's no contest",
)
TITLES = (
    "Dark mode",
    "Recurring tasks",
    "Export to a spreadsheet",
    "Guests who can't comment",
    'A "quiet hours" setting 🌙',
    "Keyboard shortcuts <b>everywhere</b>",
    "Offline on the train",
    "Two-factor sign-in",
    "Merge two boards",
)
FIRST_NAMES = ("ada", "ben", "chloe", "dmitri", "eva", "farid", "grace", "hugo", "ines", "jun")
LAST_NAMES = ("adler", "baker", "costa", "dubois", "evans", "fischer", "garcia", "hansen", "ito")
