DROP TRIGGER announce_experiment ON experiments;
--> statement-breakpoint
CREATE TRIGGER announce_experiment AFTER INSERT OR UPDATE ON experiments FOR EACH ROW EXECUTE FUNCTION announce_experiment();
