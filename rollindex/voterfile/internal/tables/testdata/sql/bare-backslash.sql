INSERT INTO voters VALUES (1,'Vane','x');
INSERT INTO voters VALUES (2,'O\'Brien','y'),(3,'Lune','a\nb');
insert into voters values (4,'D\'Arcy, the','z')
