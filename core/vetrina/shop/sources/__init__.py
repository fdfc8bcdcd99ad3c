"""What plugins keep and the shop finds: nodes by their ids, results of a search, policies, entries of a site map."""
