-- A job of procrastinate's for every row of job_run that is free to be run, kept by triggers: whoever writes the row,
-- in whichever transaction, defers, moves or drops its carrier with it. The carrier's queue is the job's name; its
-- priority falls by the second in which it is due, so that what is due first is fetched first.
CREATE OR REPLACE FUNCTION procrastinate.vetrina_carry() RETURNS trigger LANGUAGE plpgsql
SET search_path = procrastinate, pg_catalog AS $$
DECLARE
    carried text := 'job ' || CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END;
    waiting bigint;
    running bigint;
    waits_until timestamptz;
    is_free boolean := TG_OP <> 'DELETE' AND NEW.parked_at IS NULL AND NEW.lease_token IS NULL;
BEGIN
    IF TG_OP <> 'DELETE' AND NEW.lease_token IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        SELECT id FROM procrastinate_jobs WHERE lock = carried AND status = 'doing' INTO running;
        SELECT id, scheduled_at FROM procrastinate_jobs WHERE queueing_lock = carried AND status = 'todo'
            INTO waiting, waits_until;
        IF running IS NOT NULL THEN
            PERFORM procrastinate_finish_job_v1(running, 'succeeded', true);
        END IF;
        IF waiting IS NOT NULL AND is_free AND waits_until = NEW.due_at THEN
            RETURN NULL;
        END IF;
        IF waiting IS NOT NULL THEN
            PERFORM procrastinate_cancel_job_v1(waiting, false, true);
        END IF;
    END IF;
    IF is_free THEN
        PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
            NEW.name, 'vetrina.run_job',
            greatest(least(extract(epoch FROM '2020-01-01Z'::timestamptz - NEW.due_at), 2e9), -2e9)::integer, carried, carried, jsonb_build_object('job', NEW.id), NEW.due_at
        )]::procrastinate_job_to_defer_v1[]);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER vetrina_carry AFTER INSERT OR UPDATE OR DELETE ON public.job_run
    FOR EACH ROW EXECUTE FUNCTION procrastinate.vetrina_carry();

-- What was put off before is carried from now on.
UPDATE public.job_run SET attempts = attempts WHERE lease_token IS NULL AND parked_at IS NULL;
