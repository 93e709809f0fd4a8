mysqldump: [Warning] Using a password on the command line interface can be insecure, don't do it.
-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: rolls
-- ------------------------------------------------------
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;

--
-- Table structure for table `county`
--

DROP TABLE IF EXISTS `county`;
CREATE TABLE `county` (
  `code` char(3) NOT NULL,
  `title` varchar(40) DEFAULT 'it''s (none), yet'
) ENGINE=InnoDB;

DROP TABLE IF EXISTS `voters`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
CREATE TABLE `voters` (
  `id` int(11) NOT NULL AUTO_INCREMENT COMMENT 'key, not "id"; never(0)',
  `last_name` varchar(40) DEFAULT NULL,
  `first_name` varchar(40) DEFAULT NULL,
  `dob` date DEFAULT NULL,
  `street` varchar(80) CHARACTER SET utf8mb4 DEFAULT '12, Elm Rd; (rear)',
  `photo` binary(4) DEFAULT NULL,
  `active` bit(1) DEFAULT b'1',
  `score` decimal(5,2) DEFAULT '0.00',
  `note` text,
  PRIMARY KEY (`id`),
  KEY `idx_name` (`last_name`,`first_name`),
  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `county` (`code`)
) ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8mb4;

LOCK TABLES `voters` WRITE;
/*!40000 ALTER TABLE `voters` DISABLE KEYS */;
INSERT INTO `voters` VALUES (1,'O\'BRIEN','Tessa','1961-05-03','4 Quarry Ln\nApt 2',_binary '\0\0ab',b'1',12.50,NULL),(2,'D''ARCY','Ines',NULL,'C:\\roll\\x',0x41424344,b'0',-3,'say \"hi\"'),
(3,"MÜLLER",'Åsa','1980-12-31','100% \% sure',X'00FF',NULL,1e-3,'a;b),(9,\'x\');\nINSERT INTO `voters` VALUES (77)');
INSERT INTO `voters` (`Last_Name`,`ID`,`first_name`) VALUES ('Quine',4,'Wren') ON DUPLICATE KEY UPDATE `id`=5;
INSERT IGNORE INTO `rolls`.`voters` VALUES (5,'short'),(6,'Vane','Otto','1999-01-02','',NULL,NULL,0,'tab\there');
REPLACE INTO `voters` VALUES (7,'broken' 'Lune',1),(8,'lost with the rest of its statement');
/*!40000 ALTER TABLE `voters` ENABLE KEYS */;
UNLOCK TABLES;

DELIMITER ;;
CREATE TRIGGER `t` BEFORE INSERT ON `voters` FOR EACH ROW BEGIN
INSERT INTO `voters` VALUES (99,'never','a','row','','','','','');
END ;;
CREATE PROCEDURE `p`() BEGIN
IF 1 THEN SELECT 1; END IF;
INSERT INTO `voters` VALUES (98,'never','a','row','','','','','');
END ;;
DELIMITER ;
INSERT INTO `county` VALUES ('ADA','Adair'),('BRK','Brook');
# done
INSERT INTO `voters` (`id`,`precinct`) VALUES
	( 8 , 'P-1' ) ,
	( 9 , NULL ) ;
INSERT INTO `archive` SELECT * FROM `voters`;
-- Dump completed on 2026-01-02  3:04:05
