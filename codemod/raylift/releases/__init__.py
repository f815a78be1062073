"""What the releases of the Hugging Face libraries take: tables read from their wheels, and what a script is told by them."""
