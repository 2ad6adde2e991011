// What every program for Node takes to start and to end.
