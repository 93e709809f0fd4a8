-- MySQL dump 10.13
CREATE TABLE `voters` (
  `id` int NOT NULL,
  `last` varchar(40),
  `first` varchar(40),
  `old` varchar(9) DEFAULT 'a,b)',
  PRIMARY KEY (`id`)
);
INSERT INTO `voters` VALUES (1,'VANE','OTTO','x');
ALTER TABLE `voters` ADD COLUMN `zip` char(5) DEFAULT 'first' COMMENT 'see, after `x`' AFTER `first`, ADD KEY `k` (`zip`,`last`);
INSERT INTO `voters` VALUES (2,'VANE','IDA','33101','x');
ALTER TABLE `voters` DROP `old`, DROP PRIMARY KEY, DROP INDEX `k`, ENGINE=InnoDB, AUTO_INCREMENT=3;
INSERT INTO `voters` VALUES (3,'VANE','UMA','33102');
alter table voters
  add (dob date, `sex` char(1), index (dob)),
  modify column `last` varchar(80) first, -- the surname comes first
  change first given varchar(20) not null after zip;
INSERT INTO `voters` VALUES ('LAMB',4,'33103','ADA','1961-04-17','F');
INSERT INTO `voters` (`id`,`last`) VALUES (5,'NAMED');
ALTER TABLE `voters` RENAME COLUMN dob TO birth_date, RENAME INDEX a TO b;
ALTER TABLE voters RENAME TO `people`;
ALTER TABLE `other` ADD `x` int, FROBNICATE;
ALTER DATABASE d CHARACTER SET utf8mb4;
INSERT INTO `people` VALUES ('LAMB',6,'33104','EVE','1961-04-18','F');
/*!40000 ALTER TABLE `people` ENABLE KEYS */;
ALTER TABLE people ADD PRIMARY KEY (`id`), ADD CONSTRAINT c FOREIGN KEY (`zip`) REFERENCES z (`zip`), ADD IF NOT EXISTS zip char(5)
