"""What the user has decided: the script's own comments, and which rules are on."""
