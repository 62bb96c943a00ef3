"""The landing door: everything that enters the warehouse goes through here."""
