INSERT INTO `t` (`a`) VALUES (1);
SELECT 'cut he