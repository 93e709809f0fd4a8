--
-- PostgreSQL database dump
--
CREATE TABLE public.voters (
    id bigint,
    last_name text,
    junk text,
    first_name text
);
ALTER TABLE public.voters OWNER TO postgres;
ALTER TABLE ONLY public.voters ALTER COLUMN id SET DEFAULT nextval('public.voters_id_seq'::regclass);
ALTER TABLE ONLY public.voters ADD CONSTRAINT voters_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.voters DROP COLUMN IF EXISTS junk CASCADE, ADD COLUMN IF NOT EXISTS dob date DEFAULT $$a;b, c$$, ADD zip character varying(5);
ALTER TABLE public.voters RENAME last_name TO surname;
ALTER TABLE IF EXISTS public.voters DROP COLUMN IF EXISTS never, ADD COLUMN "Key" text;
COPY public.voters FROM stdin;
1	VANE	OTTO	1961-04-17	33101	k
2	VANE	IDA	\N	33102	\N
\.
ALTER TABLE public.voters RENAME TO voters_2020;
ALTER TABLE public.voters_2020 ALTER COLUMN zip TYPE text, DROP CONSTRAINT voters_pkey;
INSERT INTO public.voters_2020 VALUES (3, 'LAMB', 'ADA', '1961-04-19', '33103', NULL);
