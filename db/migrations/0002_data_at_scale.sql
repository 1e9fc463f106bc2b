CREATE TABLE "erasures" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"user_hash" text NOT NULL,
	"reason" text,
	"events" bigint NOT NULL,
	"parts" integer NOT NULL,
	"raw_files" integer NOT NULL,
	"dataset_version" integer,
	"erased_at" timestamp (6) with time zone NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "unit_tables" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"dataset_version" integer NOT NULL,
	"rule" text NOT NULL,
	"files" jsonb NOT NULL,
	"units" bigint NOT NULL,
	"exposed_units" bigint NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "unit_tables_experiment_id_dataset_version_rule_unique" UNIQUE("experiment_id","dataset_version","rule")
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"file_name" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"object_key" text NOT NULL,
	"input" jsonb NOT NULL,
	"batch_id" uuid,
	"expires_at" timestamp (6) with time zone NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "uploads_object_key_unique" UNIQUE("object_key")
);
--> statement-breakpoint
ALTER TABLE "dataset_parts" ALTER COLUMN "batch_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "raw_deleted_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "dataset_parts" ADD COLUMN "keys_object_key" text;--> statement-breakpoint
ALTER TABLE "dataset_parts" ADD COLUMN "copied_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "dataset_versions" ADD COLUMN "kind" text DEFAULT 'BATCH' NOT NULL;--> statement-breakpoint
ALTER TABLE "experiments" ADD COLUMN "auto_run" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "rows_read" bigint;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "bytes_read" bigint;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "bytes_total" bigint;--> statement-breakpoint
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unit_tables" ADD CONSTRAINT "unit_tables_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "erasures_experiment_id_erased_at_index" ON "erasures" USING btree ("experiment_id","erased_at","id");--> statement-breakpoint
CREATE INDEX "uploads_status_expires_at_index" ON "uploads" USING btree ("status","expires_at");--> statement-breakpoint
ALTER TABLE "dataset_parts" ADD CONSTRAINT "dataset_parts_keys_object_key_unique" UNIQUE("keys_object_key");