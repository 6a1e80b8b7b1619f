//! Does a body fit the columns of its class? Columns it brings along are made (`objects.md` sections 1 to 3).
