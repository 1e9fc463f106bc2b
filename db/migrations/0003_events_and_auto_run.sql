-- By hand: nothing has written to the table yet, so it is made anew where its columns change their types and its order.
DROP TABLE "events";--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigserial NOT NULL,
	"experiment_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"variant_id" uuid,
	"event_type" text NOT NULL,
	"value" double precision,
	"timestamp" timestamp (6) with time zone NOT NULL,
	"attributes" jsonb,
	"batch_id" uuid,
	"part_id" uuid NOT NULL,
	"row" bigint NOT NULL,
	CONSTRAINT "events_experiment_id_timestamp_id_pk" PRIMARY KEY("experiment_id","timestamp","id")
) PARTITION BY HASH ("experiment_id");
--> statement-breakpoint
-- drizzle-kit knows no partitions. Each experiment lies in one of them, so loading or erasing one leaves the others alone.
DO $$ BEGIN
	FOR i IN 0..15 LOOP
		EXECUTE format('CREATE TABLE events_%s PARTITION OF events FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
	END LOOP;
END $$;
--> statement-breakpoint
CREATE INDEX "events_user_index" ON "events" USING btree ("experiment_id","user_id","timestamp","id");--> statement-breakpoint
CREATE INDEX "events_type_index" ON "events" USING btree ("experiment_id","event_type","timestamp","id");--> statement-breakpoint
CREATE INDEX "events_part_index" ON "events" USING btree ("experiment_id","part_id");--> statement-breakpoint
ALTER TABLE "dataset_parts" ADD COLUMN "copied_rows" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "dataset_parts" ADD COLUMN "continued_in" uuid;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "auto_run" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "jobs_live_index" ON "jobs" USING btree ("kind","experiment_id") WHERE status in ('QUEUED', 'RUNNING');
