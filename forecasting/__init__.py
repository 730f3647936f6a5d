"""The mathematics of Andrang: values in, values out. No input or output, no clock, no web, no SQL."""
