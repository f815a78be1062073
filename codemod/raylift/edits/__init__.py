"""Named changes to one node of LibCST's tree; a step names them, emission carries them out."""
