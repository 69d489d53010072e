"""Writers of what is generated from the code: tables of documents, names of parameters."""
