PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE voters(id INTEGER PRIMARY KEY, last_name TEXT, key TEXT, "index" TEXT);
INSERT INTO voters VALUES(1,'O''Brien','C:\',X'416461');
INSERT INTO voters VALUES(2,'two
lines',NULL,replace('a\nb','\n',char(10)));
CREATE TRIGGER log AFTER INSERT ON voters BEGIN
  SELECT CASE WHEN 1 THEN 'row' END;
  INSERT INTO voters VALUES(99,'never','a','row');
END;
INSERT INTO "voters" VALUES(3,unistr('Va\u006ee'),'',replace(replace('c\r\nd','\r',char(13)),'\n',char(10)));
COMMIT;
