"""A made-up but coherent company, written as landing data with planted truths to find again."""
