ALTER TABLE "jobs" ADD COLUMN "model_id" uuid;--> statement-breakpoint
CREATE INDEX "jobs_model_id_index" ON "jobs" USING btree ("model_id");--> statement-breakpoint
CREATE TRIGGER announce_model AFTER INSERT ON models FOR EACH ROW EXECUTE FUNCTION announce_part_of_experiment('MODEL');
