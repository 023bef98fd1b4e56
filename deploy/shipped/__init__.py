"""What is shipped with Newswire, under which licences: packages, models and other data of others."""
