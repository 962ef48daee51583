"""Sound that people bring, made into what phones play. Nothing here knows customers or the database."""
