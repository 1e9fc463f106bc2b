CREATE TABLE "calibrations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"dataset_version_id" uuid NOT NULL,
	"result_key" text NOT NULL,
	"settings" jsonb NOT NULL,
	"seed" integer NOT NULL,
	"replications" integer NOT NULL,
	"rows" jsonb NOT NULL,
	"statistics_version" integer NOT NULL,
	"duration_ms" double precision NOT NULL,
	"computed_at" timestamp (6) with time zone NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "calibrations_result_key_unique" UNIQUE("result_key")
);
--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "calibration_id" uuid;--> statement-breakpoint
ALTER TABLE "calibrations" ADD CONSTRAINT "calibrations_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calibrations" ADD CONSTRAINT "calibrations_dataset_version_id_dataset_versions_id_fk" FOREIGN KEY ("dataset_version_id") REFERENCES "public"."dataset_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "calibrations_experiment_id_computed_at_index" ON "calibrations" USING btree ("experiment_id","computed_at","id");