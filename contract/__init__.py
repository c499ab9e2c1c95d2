"""Messages that kiosk and hub exchange; knows neither side."""
