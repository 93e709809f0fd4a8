--
-- PostgreSQL database dump
--

\restrict aB3dE

-- Dumped from database version 16.3

SET statement_timeout = 0;
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
BEGIN
  INSERT INTO public.voters VALUES ('never', 'a row');
  RETURN NEW; -- it's
END;
$_$;

CREATE FUNCTION public.again() RETURNS void LANGUAGE sql AS $$ SELECT 'it''s';
INSERT INTO public.voters VALUES (99, 'never', 'a', 'row', ''); $$;

CREATE TABLE public.voters (
    id bigint NOT NULL,
    "Last Name" character varying(40) DEFAULT 'a;b'::character varying,
    first_name text,
    dob date,
    key text,
    CONSTRAINT voters_check CHECK ((id > 0))
);

COMMENT ON COLUMN public.voters.key IS 'the state''s; own';

COPY public.voters (id, "Last Name", first_name, dob, key) FROM stdin;
1	O'Brien	Tessa	1961-05-03	A\tB
2	D\\Arcy	\N	\N	line\nbreak
3	\x41\102C	Åsa	1980-12-31	\N\N
4	too	few
5	Quine		0044-03-15 BC	\
6	Vane	Otto	1999-01-02	
\.


COPY public.empty (a) FROM stdin;
\.

COPY public.csvish (a, b) FROM stdin WITH (FORMAT csv);
1,2
\.

INSERT INTO public.elections (id, title, held) VALUES (1, 'General \ 2024', '2024-11-05'::date);
INSERT INTO public.elections (id, title, held) VALUES (2, E'Town\'s \u00e9lection\x21', NULL);
INSERT INTO public.elections (id, title, held) VALUES (3, $$x$$, ARRAY['a', 'b']);
INSERT INTO public.elections (id, title, held) OVERRIDING SYSTEM VALUE VALUES (4, 'it''s', DATE '2020-01-01') ON CONFLICT DO NOTHING;

ALTER TABLE ONLY public.voters
    ADD CONSTRAINT voters_pkey PRIMARY KEY (id);

\unrestrict aB3dE
