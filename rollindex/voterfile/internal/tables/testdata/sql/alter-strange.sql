-- MySQL dump 10.13
CREATE TABLE `voters` (`id` int, `last` varchar(40), `first` varchar(40));
INSERT INTO `voters` VALUES (1,'VANE','OTTO');
ALTER TABLE `voters`
  DROP COLUMN `never`;
INSERT INTO `voters` (`id`,`last`,`first`) VALUES (2,'VANE','IDA');
INSERT INTO `voters` VALUES (3,'VANE','UMA');
