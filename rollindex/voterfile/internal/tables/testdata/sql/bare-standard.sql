INSERT INTO voters (a, b) VALUES (1,'C:\');
INSERT INTO voters (b, c) VALUES ('D:\', 'new');
INSERT INTO voters (c, C, a) VALUES ('first', 'second', 'third');
INSERT INTO other VALUES ('no', 'names');
