"""What SQL means, whatever it is called and however it is written: fingerprints and differences."""
