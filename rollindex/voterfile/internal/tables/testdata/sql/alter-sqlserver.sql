CREATE TABLE [dbo].[Voters]([Id] [int] NOT NULL, [Last] [nvarchar](40) NULL, [Old] [int], [Older] [int])
GO
ALTER TABLE [dbo].[Voters] WITH CHECK ADD CONSTRAINT [x] CHECK ([Id] > 0)
ALTER TABLE [dbo].[Voters] ADD [First] [nvarchar](40) NULL, [Dob] date CONSTRAINT d DEFAULT (getdate()), CONSTRAINT u UNIQUE ([Id])
GO
ALTER TABLE dbo.Voters DROP COLUMN [Old], Older, CONSTRAINT u
GO
ALTER TABLE dbo.Voters ADD DEFAULT ((0)) FOR [Id]
ALTER TABLE dbo.Voters DROP d2
GO
INSERT [dbo].[Voters] VALUES (1, N'VANE', N'OTTO', '1961-04-17')
INSERT [dbo].[Voters] VALUES (2, N'VANE', N'IDA', '1961-04-18')
GO
