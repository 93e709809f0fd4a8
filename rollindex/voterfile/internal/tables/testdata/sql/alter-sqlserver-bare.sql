CREATE TABLE [dbo].[Voters]([Id] int, [Last] nvarchar(40), [Old] int)
ALTER TABLE [dbo].[Voters] DROP COLUMN [Old]
ALTER TABLE [dbo].[Voters] ADD [First] nvarchar(40) /* not yet:
ALTER TABLE [dbo].[Voters] DROP COLUMN [Last]
*/
ALTER TABLE [dbo].[Voters] ADD CONSTRAINT [c] CHECK ([Last] <> '
ALTER TABLE [dbo].[Voters] DROP COLUMN [First]')
alter table dbo.Voters add Dob date
INSERT [dbo].[Voters] VALUES (1, N'VANE', N'OTTO', '1961-04-17')
GO
