INSERT INTO `t` (`a`) VALUES (1)
 -- the end of it
CREATE TABLE `u` (`x` int)
INSERT INTO `u` VALUES (2)

UPDATE `t` SET `a` = 'x'