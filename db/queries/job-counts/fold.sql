-- Puts rows of job_count_deltas together and answers how many it took: 20,000 means that there may be more. The counts
-- stay what they are, so any number of processes may do so at any time.
-- Index: none; the rows are found by their place.
-- repeatable: yes
-- not null: folded
SELECT jobs_fold_counts() AS folded;
