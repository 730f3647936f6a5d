"""What runs beside the web: pulling sources, forecasting, and writing the live figures."""
