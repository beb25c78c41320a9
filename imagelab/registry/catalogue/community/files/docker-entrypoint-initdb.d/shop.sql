CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(40), price INT);
INSERT INTO item VALUES (1, 'pencil', 500), (2, 'notebook', 1800), (3, 'eraser', 300);
