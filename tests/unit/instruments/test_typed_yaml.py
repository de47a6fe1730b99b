"""What the editor shows is what is read back, in the order an author writes."""

import pytest

from instruments.definition_files import definition_paths, yaml_read
from instruments.typed_yaml import typed_read, typed_write


@pytest.mark.parametrize("path", definition_paths(), ids=lambda path: path.stem)
def test_every_form_survives_the_editor(path):
    definition = yaml_read(path)
    text = typed_write(definition)
    assert typed_read(text) == definition
    assert text.startswith(f"code: {definition['code']}\ntitle: {{")
    assert text.index("sections:") < text.index("rules:")
