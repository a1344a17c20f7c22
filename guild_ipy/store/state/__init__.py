"""What a run is doing and who may change it: locks, markers, claims of processes, marks, the change log."""
