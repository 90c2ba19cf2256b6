LATE = "${LICENSE} late"
