CREATE TABLE "analyses" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"dataset_version_id" uuid NOT NULL,
	"result_key" text NOT NULL,
	"settings" jsonb NOT NULL,
	"plan" jsonb NOT NULL,
	"aggregates_key" text NOT NULL,
	"variants" jsonb NOT NULL,
	"health" jsonb NOT NULL,
	"decision" jsonb NOT NULL,
	"interim" boolean NOT NULL,
	"statistics_version" integer NOT NULL,
	"engine" text NOT NULL,
	"duration_ms" double precision NOT NULL,
	"computed_at" timestamp (6) with time zone NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "analyses_result_key_unique" UNIQUE("result_key")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"expires_at" timestamp (6) with time zone,
	"last_used_at" timestamp (6) with time zone,
	"revoked_at" timestamp (6) with time zone,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "batch_errors" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"batch_id" uuid NOT NULL,
	"row" bigint,
	"column_name" text,
	"code" text NOT NULL,
	"value" text,
	"message" text NOT NULL,
	"position" integer NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "batches" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"status" text DEFAULT 'RECEIVED' NOT NULL,
	"source" text NOT NULL,
	"format" text,
	"compression" text,
	"original_name" text NOT NULL,
	"raw_key" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"mapping" jsonb,
	"mapping_hash" text NOT NULL,
	"max_reject_rate" double precision NOT NULL,
	"rows" bigint,
	"accepted" bigint,
	"rejected" bigint,
	"events" bigint,
	"duplicates" bigint,
	"conflicts" bigint,
	"error_counts" jsonb,
	"warnings" jsonb,
	"error" jsonb,
	"rejects_key" text,
	"dataset_version" integer,
	"landed_at" timestamp (6) with time zone,
	"idempotency_key" text,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "column_mappings" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"mapping" jsonb NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "column_mappings_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "dataset_parts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"batch_id" uuid NOT NULL,
	"added_in" integer NOT NULL,
	"removed_in" integer,
	"object_key" text NOT NULL,
	"rows" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"min_time" timestamp (6) with time zone NOT NULL,
	"max_time" timestamp (6) with time zone NOT NULL,
	"min_unit" text NOT NULL,
	"max_unit" text NOT NULL,
	"key_version" text NOT NULL,
	"event_types" text[] NOT NULL,
	"attributes" text[] NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dataset_parts_object_key_unique" UNIQUE("object_key")
);
--> statement-breakpoint
CREATE TABLE "dataset_versions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"batch_id" uuid,
	"rows" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dataset_versions_experiment_id_number_unique" UNIQUE("experiment_id","number")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"variant_id" uuid,
	"event_type" text NOT NULL,
	"value" double precision,
	"timestamp" timestamp (6) with time zone NOT NULL,
	"attributes" jsonb,
	"batch_id" uuid NOT NULL,
	"part_id" uuid NOT NULL,
	"row" bigint NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "events_experiment_id_id_pk" PRIMARY KEY("experiment_id","id")
) PARTITION BY HASH ("experiment_id");
--> statement-breakpoint
-- By hand: drizzle-kit knows no partitions. Each experiment lies in one of them, so loading or erasing one leaves the others alone.
DO $$ BEGIN
	FOR i IN 0..15 LOOP
		EXECUTE format('CREATE TABLE events_%s PARTITION OF events FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
	END LOOP;
END $$;
--> statement-breakpoint
CREATE TABLE "experiments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"hypothesis" text,
	"status" text DEFAULT 'DRAFT' NOT NULL,
	"start_at" timestamp (6) with time zone,
	"end_at" timestamp (6) with time zone,
	"planned_units" bigint,
	"currency" text,
	"conflict_policy" text DEFAULT 'KEEP_FIRST' NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "experiments_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"experiment_id" uuid NOT NULL,
	"status" text DEFAULT 'QUEUED' NOT NULL,
	"stage" text,
	"progress" double precision DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"input" jsonb NOT NULL,
	"batch_id" uuid,
	"analysis_id" uuid,
	"error" jsonb,
	"idempotency_key" text,
	"started_at" timestamp (6) with time zone,
	"finished_at" timestamp (6) with time zone,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "experiment_metrics" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"metric_id" uuid NOT NULL,
	"role" text NOT NULL,
	"position" integer NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "experiment_metrics_experiment_id_metric_id_unique" UNIQUE("experiment_id","metric_id")
);
--> statement-breakpoint
CREATE TABLE "metrics" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"kind" text NOT NULL,
	"numerator" jsonb NOT NULL,
	"denominator" jsonb,
	"quantile" double precision,
	"goal" text DEFAULT 'INCREASE' NOT NULL,
	"format" text DEFAULT 'NUMBER' NOT NULL,
	"standard" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "metrics_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "models" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"dataset_version_id" uuid NOT NULL,
	"result_key" text NOT NULL,
	"kind" text NOT NULL,
	"target" text NOT NULL,
	"settings" jsonb NOT NULL,
	"card" jsonb NOT NULL,
	"artifact_key" text NOT NULL,
	"trained_at" timestamp (6) with time zone NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "models_result_key_unique" UNIQUE("result_key")
);
--> statement-breakpoint
CREATE TABLE "results" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"analysis_id" uuid NOT NULL,
	"metric_id" uuid NOT NULL,
	"treatment_id" uuid NOT NULL,
	"control_id" uuid NOT NULL,
	"segment_attribute" text,
	"segment_value" text,
	"position" integer NOT NULL,
	"row" jsonb NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "variants" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"experiment_id" uuid NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"traffic_split" double precision NOT NULL,
	"position" integer NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "variants_experiment_id_key_unique" UNIQUE("experiment_id","key")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"url" text NOT NULL,
	"events" text[] NOT NULL,
	"secret" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "analyses" ADD CONSTRAINT "analyses_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "analyses" ADD CONSTRAINT "analyses_dataset_version_id_dataset_versions_id_fk" FOREIGN KEY ("dataset_version_id") REFERENCES "public"."dataset_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batch_errors" ADD CONSTRAINT "batch_errors_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batches" ADD CONSTRAINT "batches_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_parts" ADD CONSTRAINT "dataset_parts_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_parts" ADD CONSTRAINT "dataset_parts_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_versions" ADD CONSTRAINT "dataset_versions_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_versions" ADD CONSTRAINT "dataset_versions_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment_metrics" ADD CONSTRAINT "experiment_metrics_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment_metrics" ADD CONSTRAINT "experiment_metrics_metric_id_metrics_id_fk" FOREIGN KEY ("metric_id") REFERENCES "public"."metrics"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_dataset_version_id_dataset_versions_id_fk" FOREIGN KEY ("dataset_version_id") REFERENCES "public"."dataset_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "results" ADD CONSTRAINT "results_analysis_id_analyses_id_fk" FOREIGN KEY ("analysis_id") REFERENCES "public"."analyses"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "results" ADD CONSTRAINT "results_metric_id_metrics_id_fk" FOREIGN KEY ("metric_id") REFERENCES "public"."metrics"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variants" ADD CONSTRAINT "variants_experiment_id_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "analyses_experiment_id_computed_at_index" ON "analyses" USING btree ("experiment_id","computed_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "batch_errors_batch_id_position_unique" ON "batch_errors" USING btree ("batch_id","position");--> statement-breakpoint
CREATE INDEX "batches_experiment_id_created_at_index" ON "batches" USING btree ("experiment_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "batches_content_unique" ON "batches" USING btree ("experiment_id","sha256","mapping_hash") WHERE status in ('RECEIVED', 'PROCESSING', 'LANDED');--> statement-breakpoint
CREATE UNIQUE INDEX "batches_idempotency_key_unique" ON "batches" USING btree ("experiment_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "dataset_parts_experiment_id_added_in_index" ON "dataset_parts" USING btree ("experiment_id","added_in");--> statement-breakpoint
CREATE INDEX "events_user_index" ON "events" USING btree ("experiment_id","user_id","timestamp");--> statement-breakpoint
CREATE INDEX "events_type_index" ON "events" USING btree ("experiment_id","event_type","timestamp");--> statement-breakpoint
CREATE INDEX "events_part_index" ON "events" USING btree ("experiment_id","part_id");--> statement-breakpoint
CREATE INDEX "experiments_created_at_index" ON "experiments" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "jobs_experiment_id_created_at_index" ON "jobs" USING btree ("experiment_id","created_at","id");--> statement-breakpoint
CREATE INDEX "jobs_created_at_index" ON "jobs" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "jobs_batch_id_index" ON "jobs" USING btree ("batch_id");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_idempotency_key_unique" ON "jobs" USING btree ("experiment_id","kind","idempotency_key") WHERE status in ('QUEUED', 'RUNNING', 'SUCCEEDED');--> statement-breakpoint
CREATE INDEX "experiment_metrics_metric_id_index" ON "experiment_metrics" USING btree ("metric_id");--> statement-breakpoint
CREATE INDEX "models_experiment_id_trained_at_index" ON "models" USING btree ("experiment_id","trained_at","id");--> statement-breakpoint
CREATE INDEX "results_analysis_id_position_index" ON "results" USING btree ("analysis_id","position");