"""Looking for malware: adapters of `domain.malware`."""
