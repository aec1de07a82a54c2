module example.com/harbour/beacon

go 1.22
