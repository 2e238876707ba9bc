"""What a person watches: views of what `feeds` know. Only here live ipywidgets and anywidget."""
