USE [Rolls]
GO
/****** Object:  Table [dbo].[Voters]    Script Date: 1/2/2026 3:04:05 AM ******/
SET ANSI_NULLS ON
GO
CREATE TABLE [dbo].[Voters](
	[Voter Id] [int] IDENTITY(1,1) NOT NULL,
	[It's] [nvarchar](40) NULL,
	[Born] [date] NULL,
	[Seen] [datetime] NULL,
 CONSTRAINT [PK_Voters] PRIMARY KEY CLUSTERED 
(
	[Voter Id] ASC
)WITH (PAD_INDEX = OFF) ON [PRIMARY]
) ON [PRIMARY]

GO
CREATE PROCEDURE [dbo].[Add] @n nvarchar(40) AS
BEGIN
SET NOCOUNT ON;
INSERT [dbo].[Voters] ([Voter Id], [It's]) VALUES (@n, @n);
END
GO
CREATE PROCEDURE [dbo].[Again] AS SET NOCOUNT ON;
INSERT [dbo].[Voters] ([Voter Id], [It's]) VALUES (99, N'never a row');
GO
ALTER TABLE [dbo].[It's] CHECK CONSTRAINT [x]
GO
SET IDENTITY_INSERT [dbo].[Voters] ON 
INSERT [dbo].[Voters] ([Voter Id], [It's], [Born], [Seen]) VALUES (1, N'O''Brien', CAST(N'1961-05-03' AS Date), CAST(N'2020-10-01T08:00:00.000' AS DateTime))
INSERT [dbo].[Voters] ([Voter Id], [It's], [Born], [Seen]) VALUES (2, N'C:\', CAST(0x60FC0A00 AS Date), CAST(0x0000AC4A0083D600 AS DateTime))
GO
INSERT [dbo].[Voters] ([Voter Id], [It's], [Born], [Seen]) VALUES (3, NULL, CONVERT(date, N'1999-01-02', 23), NULL)
INSERT [dbo].[Voters] ([Voter Id], [It's], [Born], [Seen]) VALUES (4, N'a' + N'b', 0xDEADBEEF, GETDATE())
INSERT [dbo].[Voters] ([Voter Id], [It's], [Born], [Seen]) VALUES (5, N'lost ', quote', NULL, NULL)
INSERT [dbo].[Voters] ([Voter Id], [It's]) VALUES (6, N'Vane')
SET IDENTITY_INSERT [dbo].[Voters] OFF
GO
