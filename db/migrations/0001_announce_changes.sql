-- Changes are announced by the database itself, so that no writer can forget to and every process hears of all of them.
-- A payload stays small (NOTIFY's limit is 8000 bytes): listeners read the row.
CREATE FUNCTION announce_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('fairlift_job', json_build_object('id', NEW.id, 'experimentId', NEW.experiment_id, 'status', NEW.status, 'cancelRequested', NEW.cancel_requested)::text);
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER announce_job AFTER INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION announce_job();
--> statement-breakpoint
CREATE FUNCTION announce_experiment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('fairlift_experiment', json_build_object('experimentId', NEW.id, 'change', 'EXPERIMENT', 'id', NEW.id)::text);
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER announce_experiment AFTER UPDATE ON experiments FOR EACH ROW EXECUTE FUNCTION announce_experiment();
--> statement-breakpoint
CREATE FUNCTION announce_part_of_experiment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('fairlift_experiment', json_build_object('experimentId', NEW.experiment_id, 'change', TG_ARGV[0], 'id', NEW.id)::text);
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER announce_batch AFTER INSERT OR UPDATE OF status ON batches FOR EACH ROW EXECUTE FUNCTION announce_part_of_experiment('BATCH');
--> statement-breakpoint
CREATE TRIGGER announce_analysis AFTER INSERT ON analyses FOR EACH ROW EXECUTE FUNCTION announce_part_of_experiment('ANALYSIS');
